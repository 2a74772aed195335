from django.apps import AppConfig


class RolloutsConfig(AppConfig):
    name = "annotator.rollouts"
    label = "rollouts"
