import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the system counts for this process.
struct ProcessCounters {
  /// User and system time.
  var cpuMicroseconds: Double
  /// Bytes handed to `write` and its relatives; nil where the system does not say.
  var writeCallByteCount: Double?
  /// Bytes sent towards the disk; nil where the system does not say.
  var diskByteCount: Double?

  static var now: ProcessCounters {
    var usage = rusage()
    // Fails only for an unknown subject or an invalid address.
    #if canImport(Darwin)
      _ = unsafe getrusage(RUSAGE_SELF, &usage)
    #else
      _ = unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    #endif
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    let rest = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    let io = fields(of: "io")
    return ProcessCounters(
      cpuMicroseconds: Double(seconds) * 1e6 + Double(rest),
      writeCallByteCount: io["wchar"], diskByteCount: io["write_bytes"])
  }

  /// The most memory the process has had resident, in MiB; nil where the system does not say.
  static var peakResidentMebibytes: Double? {
    fields(of: "status")["VmHWM"].map { $0 / 1024 }
  }

  func since(_ earlier: ProcessCounters) -> ProcessCounters {
    func difference(_ key: KeyPath<ProcessCounters, Double?>) -> Double? {
      guard let now = self[keyPath: key], let then = earlier[keyPath: key] else { return nil }
      return now - then
    }
    return ProcessCounters(
      cpuMicroseconds: cpuMicroseconds - earlier.cpuMicroseconds,
      writeCallByteCount: difference(\.writeCallByteCount),
      diskByteCount: difference(\.diskByteCount))
  }

  /// The numbers in a file that Linux keeps about the process, by name (`proc(5)`).
  private static func fields(of name: String) -> [String: Double] {
    var bytes = [UInt8](repeating: 0, count: 1 << 13)
    guard let directory = try? POSIXFileSystem().openDirectory("/proc/self", creating: false),
      let file = try? directory.openFile(name, .read),
      let count = try? file.readFully(into: &bytes, range: 0..<bytes.count, at: 0)
    else { return [:] }
    var fields: [String: Double] = [:]
    for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n") {
      let parts = line.split { $0 == ":" || $0 == "\t" || $0 == " " }
      if parts.count > 1, let number = Double(parts[1]) { fields[String(parts[0])] = number }
    }
    return fields
  }
}
