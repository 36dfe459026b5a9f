"""The `osteon` command: finds the sub-command asked for, and imports only that one.

An API process must not even hold the code that opens the vault, so commands are named here and
imported when called (`click`'s lazy-loading pattern).
"""

import importlib

import click

from osteon.collecting import kept_for_good

COMMANDS = {
    "api": "the HTTP API alone",
    "audit": "list, verify and export who saw, changed and fetched what",
    "cohort": "ask for a cohort, count it, look at it, save the question",
    "doctor": "check configuration, connectivity and store against ledger",
    "endpoints": "the study's endpoints from a release: tables, figures, report",
    "instruments": "print what every score, grade and rule asks and answers, in English and French",
    "jobs": "do background jobs, look at them, follow them, cancel one",
    "ledger": "what was received and where it is; rebuild rows",
    "metrics": "print what node and API measure, for Prometheus",
    "node": "the DICOM door alone",
    "pseudonymise": "pseudonymise folders of DICOM files without any service; profile and vocabulary",
    "pull": "fetch a release, or the images, readings and scores of a patient or study",
    "quarantine": "list, show, release and destroy objects that were set aside",
    "registry": "import and export clinical records: CSV, Excel, REDCap, FHIR",
    "release": "make research releases, follow and grant them, compare them, erase a patient from them",
    "reload": "have the running node read its configuration again",
    "send": "send DICOM files by C-STORE",
    "serve": "start everything: Orthanc, the DICOM node and the API",
    "studies": "list studies with how complete they are taken to be",
    "token": "make a token for the API",
    "user": "make, list and change the accounts of people who sign in",
    "watch": "send whatever appears in a folder through the door",
    "vault": "look up, re-identify and merge patients; rotate the key",
}


OUR_OWN = frozenset({"annotation", "api", "dicom_node", "lesion_model", "osteon", "storage"})
NOT_INSTALLED = (
    "this is the small client, which can pull; {command} is of the server ({missing} is not installed):"
    " install osteon[images,server]"
)
EXTRA_NOT_INSTALLED = "{command} needs {missing}, which is not installed: install osteon[{extra}]"
EXTRAS = {"endpoints": "endpoints"}
"""What is neither of the client nor of the server."""


class LazyGroup(click.Group):
    """A group whose commands live in `osteon.commands.<name>`, each as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        try:
            with kept_for_good():
                command: click.Command = importlib.import_module(f"osteon.commands.{cmd_name}").command
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in OUR_OWN:
                raise
            told = EXTRA_NOT_INSTALLED if cmd_name in EXTRAS else NOT_INSTALLED
            extra = EXTRAS.get(cmd_name)
            raise click.ClickException(told.format(command=cmd_name, missing=error.name, extra=extra)) from error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="osteon", prog_name="osteon")
def main() -> None:
    """Osteon: the imaging node of a bone-metastasis registry. Research software, not a medical device."""
