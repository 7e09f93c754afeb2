"""The services.

Each folder is one: fetch (store), decide (decisions), commit (store), behind a thin entry point.
"""

import gc
import os

# Nothing is garbage while modules load, but Python would look for it dozens of times.
# handlers.runtime.start turns the collector on again.
if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    gc.disable()
