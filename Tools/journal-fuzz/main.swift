// The entry point.

import ToolSupport

StandardDescriptors.hold()
ProcessSignals.reportInsteadOfDying()
FuzzCommand.end(FuzzCommand.run(Array(CommandLine.arguments.dropFirst())))
