"""Hands the rendered project over to `drf_jwt_template.bootstrap`."""

import json
import sys

sys.path.insert(0, {{ template_dir | tojson }})

from drf_jwt_template import bootstrap

bootstrap.finish(json.loads({{ cookiecutter | tojson | py }}), update={{ is_update(cookiecutter) }})
