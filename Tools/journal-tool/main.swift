import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

StandardDescriptors.hold()
Interruption.install()
Interruption.outlivesSizeLimits()
if let failure = CommandLineText.failure {
  exit(Tool.refuse(failure, CommandLine.arguments.dropFirst()).rawValue)
}
exit(Tool.run(CommandLine.arguments).rawValue)
