"""`osteon pseudonymise`: the door's engine over folders, what its profile does, and the custodian's harmless words."""

import click

from osteon.offline.command import folders
from osteon.offline.profile_command import command as profile
from osteon.offline.vocabulary_command import command as vocabulary


class FoldersByDefault(click.Group):
    """Takes what names no command for the folders to pseudonymise."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx):
            args = [str(folders.name), *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        folders.format_help(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group("pseudonymise", cls=FoldersByDefault, commands=[folders, profile, vocabulary])
def command() -> None:
    """Pseudonymise folders; `profile` and `vocabulary` tell and set what that does."""
