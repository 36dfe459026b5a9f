"""Where under the home folder the files are that are made for releases."""

RELEASES = "releases"
