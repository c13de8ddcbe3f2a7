// The entry point.

ProcessSignals.reportInsteadOfDying()
TortureCommand.end(TortureCommand.run(Array(CommandLine.arguments.dropFirst())))
