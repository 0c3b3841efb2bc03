#!/usr/bin/env python
import os
import sys
from pathlib import Path

import environ

if __name__ == "__main__":
    environ.Env.read_env(Path(__file__).resolve().parent / ".env")  # an installation says there that it is production
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitoring.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
