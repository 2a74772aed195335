from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "annotator.tasks"
    label = "tasks"
