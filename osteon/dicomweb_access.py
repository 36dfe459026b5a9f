"""How the API reaches Orthanc's DICOMweb plugin; apart from `orthanc_access`, for a node has no use for the client."""

from osteon.orthanc_access import credentials
from osteon.settings import Settings
from storage.orthanc_dicomweb import OrthancDicomWeb


def connect_dicomweb(settings: Settings) -> OrthancDicomWeb:
    """A client of the plugin of the Orthanc that the settings name. Raises CredentialsError."""
    return OrthancDicomWeb(
        settings.orthanc_address, settings.orthanc_dicomweb_root, *credentials(settings), settings.orthanc_timeout
    )
