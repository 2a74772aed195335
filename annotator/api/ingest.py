"""Placeholder until the door in lands."""

from rest_framework.views import APIView


class IngestRollouts(APIView):
    required_scope = "rollouts:write"
