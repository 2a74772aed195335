from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "annotator.local"
    label = "local"
