"""Property types whose name troposphere 4.11 gives to two types, so that the first one is lost."""

from troposphere import awslambda


class FunctionLogging(awslambda.LoggingConfig):
    """How a function logs."""

    props = {**awslambda.LoggingConfig.props, "LogFormat": (str, False)}  # noqa: RUF012 - as troposphere has it


class SourceScaling(awslambda.ScalingConfig):
    """How many batches of an event source are handled at a time."""

    props = {"MaximumConcurrency": (int, False)}  # noqa: RUF012 - as troposphere has it
