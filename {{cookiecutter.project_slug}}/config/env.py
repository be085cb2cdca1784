"""Where settings come from: environment variables and, in development, the file `.env`."""

from pathlib import Path

from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
# A variable that is set already wins over the file.
env.read_env(BASE_DIR / ".env")
