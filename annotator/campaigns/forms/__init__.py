"""What a card asks: a form of questions, what counts as an answer, and what an answer says. Knows no table.

To add a kind: a subclass of `Question` in the file of its family, one line in `KINDS`, a row in the tests.
"""

from .compared import Compared
from .form import Form
from .question import Level, Question, Value
from .text import plain_text, steps_of

__all__ = ["Compared", "Form", "Level", "Question", "Value", "plain_text", "steps_of"]
