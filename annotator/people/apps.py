from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "annotator.people"
    label = "people"
