"""`python -m cli`: the command line without its script; `reelfeel up` starts its children this way."""

from cli import app

if __name__ == "__main__":
    app()
