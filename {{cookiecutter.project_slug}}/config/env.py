"""The environment variables and, in development, those in the file `.env`."""

from pathlib import Path

from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
# Environment variables take precedence over the file.
env.read_env(BASE_DIR / ".env")
