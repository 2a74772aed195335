"""One pass of a frozen backbone: encoders and decoders, any batch, any order, the same row."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, LlamaConfig, LlamaModel

from training_bridge import features, recipe
from training_bridge.errors import ArtifactCorrupt, ArtifactMissing, BackendUnavailable
from training_bridge.features import Backbone
from training_bridge.policies.tiny_policy import byte_tokenizer

TALK = [
    ("What is two and two?", "Four."),
    ("What is two and two?", "It is five, I think, or perhaps six; " * 20),
    ("Say nothing.", ""),
    ("What is two and two?", "Four."),
    ("¿Qué?", "日本語も大丈夫 🙂"),
]
SMALL = {"vocab_size": 260, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}


def save_backbone(folder, kind, seed=0):
    torch.manual_seed(seed)
    if kind == "decoder":
        model = LlamaModel(LlamaConfig(**SMALL, num_attention_heads=4, max_position_embeddings=256))
    else:
        model = BertModel(BertConfig(**SMALL, num_attention_heads=4, max_position_embeddings=256))
    model.save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module", params=["decoder", "encoder"])
def backbone(request, tmp_path_factory):
    return Backbone.load(save_backbone(tmp_path_factory.mktemp(request.param), request.param), precision="float32")


def test_rows_come_in_the_order_given_whatever_the_batches(backbone):
    together = backbone.encode(TALK)
    alone = np.concatenate([backbone.encode([pair]) for pair in TALK])
    assert together.shape == (5, backbone.width) and together.dtype == np.float32
    np.testing.assert_allclose(together, alone, atol=2e-5)
    np.testing.assert_allclose(backbone.encode(TALK[::-1])[::-1], together, atol=2e-5)


def test_equal_pairs_get_equal_rows_and_others_do_not(backbone):
    rows = backbone.encode(TALK)
    assert (rows[0] == rows[3]).all()
    assert len({row.tobytes() for row in rows}) == 4


def test_the_same_completion_to_another_prompt_is_another_row(backbone):
    rows = backbone.encode([("Be kind.", "No."), ("Is it open?", "No.")])
    assert np.abs(rows[0, :-4] - rows[1, :-4]).max() > 1e-3


def test_progress_ends_at_all_of_them(backbone):
    told = []
    backbone.encode(TALK, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (5, 5) and told == sorted(told)


def test_nothing_to_encode_is_an_empty_table(backbone):
    assert backbone.encode([]).shape == (0, backbone.width)


def test_the_digest_changes_with_weights_tokenizer_and_recipe(tmp_path, monkeypatch):
    first = save_backbone(tmp_path / "first", "decoder")
    again = save_backbone(tmp_path / "again", "decoder")
    other = save_backbone(tmp_path / "other", "decoder", seed=1)
    digest = Backbone.load(first).digest
    assert Backbone.load(again).digest == digest
    assert Backbone.load(other).digest != digest
    (tmp_path / "again" / "tokenizer_config.json").write_text("{}\n")
    assert features._digest(tmp_path / "again") != digest
    monkeypatch.setattr(features, "RECIPE", recipe.RECIPE + "-next")
    assert Backbone.load(first).digest != digest


def test_torch_gets_as_many_threads_as_it_was_told(tmp_path):
    before = torch.get_num_threads()
    try:
        Backbone.load(save_backbone(tmp_path, "decoder"), threads=2)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_a_backbone_nobody_has_says_so_without_asking_the_network(monkeypatch):
    import socket

    def no_network(*args, **kwargs):
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    for spec in ("nobody/has-this-model", "not/a valid id!"):
        with pytest.raises(BackendUnavailable) as failure:
            Backbone.load(spec)
        assert failure.value.boundary == "backbone" and not failure.value.retryable


def test_weights_that_could_run_code_or_are_broken_are_refused(tmp_path):
    folder = tmp_path / "model"
    save_backbone(folder, "decoder")
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtifactCorrupt):
        Backbone.load(str(folder))
    weights.rename(folder / "pytorch_model.bin")
    with pytest.raises(ArtifactMissing):
        Backbone.load(str(folder))


def test_features_that_are_no_numbers_are_refused(backbone, monkeypatch):
    monkeypatch.setattr(
        type(backbone), "pool", lambda self, batch, copies: np.full((len(batch), self.width - 4), np.nan, np.float32)
    )
    with pytest.raises(ArtifactCorrupt):
        backbone.encode(TALK)


def test_the_bundled_backbone_tells_apart_what_reads_differently():
    bundled = Backbone.load("bundled")
    assert bundled.width == 388 and bundled.max_tokens == 512
    question = "How do I boil an egg?"
    rows = bundled.encode(
        [
            (question, "Put the egg in boiling water for eight minutes."),
            (question, "Place an egg into boiling water and wait eight minutes."),
            (question, "The stock market fell sharply on Tuesday."),
        ]
    )[:, :-4]
    near, far = np.linalg.norm(rows[0] - rows[1]), np.linalg.norm(rows[0] - rows[2])
    assert near < 0.7 * far


def test_half_precision_gives_nearly_the_same_features(backbone):
    half = Backbone(**{**vars(backbone), "dtype": torch.bfloat16})
    full, rounded = backbone.encode(TALK)[:, :-4], half.encode(TALK)[:, :-4]
    cosine = (full * rounded).sum(axis=1) / np.linalg.norm(full, axis=1) / np.linalg.norm(rounded, axis=1)
    assert cosine.min() > 0.999


def test_precision_is_decided_once_per_process():
    assert features._faster_dtype("cpu") in {torch.float32, torch.bfloat16}
    assert features._faster_dtype("cpu") is features._faster_dtype("cpu")
