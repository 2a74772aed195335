from django.apps import AppConfig


class TrainingBridgeConfig(AppConfig):
    """Gives the bridge its management commands; it owns no tables."""

    name = "training_bridge"
    label = "training_bridge"
