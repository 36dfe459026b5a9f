"""The `osteon` command: finds the sub-command asked for, and imports only that one.

An API process must not even hold the code that opens the vault, so commands are named here and
imported when called (`click`'s lazy-loading pattern).
"""

import importlib

import click

COMMANDS = {
    "api": "the HTTP API alone",
    "audit": "list, verify and export who saw, changed and fetched what",
    "doctor": "check configuration, connectivity and store against ledger",
    "instruments": "print what every score, grade and rule asks and answers, in English and French",
    "ledger": "what was received and where it is; rebuild rows",
    "metrics": "print what node and API measure, for Prometheus",
    "node": "the DICOM door alone",
    "pseudonymise": "pseudonymise folders of DICOM files without any service; profile and vocabulary",
    "pull": "fetch pseudonymised images, readings and scores",
    "quarantine": "list, show, release and destroy objects that were set aside",
    "reload": "have the running node read its configuration again",
    "send": "send DICOM files by C-STORE",
    "serve": "start everything: Orthanc, the DICOM node and the API",
    "studies": "list studies with how complete they are taken to be",
    "token": "make a token for the API",
    "user": "make, list and change the accounts of people who sign in",
    "watch": "send whatever appears in a folder through the door",
    "vault": "look up, re-identify and merge patients; rotate the key",
}


class LazyGroup(click.Group):
    """A group whose commands live in `osteon.commands.<name>`, each as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"osteon.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="osteon", prog_name="osteon")
def main() -> None:
    """Osteon: the imaging node of a bone-metastasis registry. Research software, not a medical device."""
