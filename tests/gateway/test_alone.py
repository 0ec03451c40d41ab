from __future__ import annotations

import pickle
import subprocess
import sys

import pytest


def test_the_gateway_runs_without_django_and_celery():
    code = (
        "import sys; sys.modules['django'] = None; sys.modules['celery'] = None\n"
        "import klaviyo_app.gateway.client, klaviyo_app.gateway.once, klaviyo_app.gateway.maton\n"
        "import klaviyo_app.gateway.shapes, klaviyo_app.gateway.budget\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_gateway_is_not_pickled_with_its_key(gateway_to):
    with pytest.raises(TypeError):
        pickle.dumps(gateway_to("http://127.0.0.1:1"))
