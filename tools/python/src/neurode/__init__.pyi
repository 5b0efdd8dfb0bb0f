from .analysis import analyze as analyze
from .analysis import compare as compare
from .analysis import studies as studies
from .errors import Diagnostic as Diagnostic
from .errors import Error as Error
from .errors import FileError as FileError
from .errors import NumericalError as NumericalError
from .errors import ScenarioError as ScenarioError
from .errors import UsageError as UsageError
from .files import load as load
from .simulate import run as run
from .system import Slice as Slice
from .system import System as System

__version__: str
