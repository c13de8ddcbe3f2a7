#if os(Linux)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// What the kernel says about the file systems of this machine (`proc_pid_mountinfo(5)`).
  enum MountedFileSystem {
    /// The type of the file system on a device, such as `ext4`; nil when the kernel lists none.
    static func type(ofDevice device: dev_t) -> String? {
      guard let table = try? mountTable() else { return nil }
      let device = UInt64(device)
      let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
      let minor = device & 0xFF | (device >> 12) & ~0xFF
      let wanted = "\(major):\(minor)"
      for line in table.split(separator: UInt8(ascii: "\n")) {
        // number, parent, device, root, mount point, options, any optional ones, "-", type, …
        let fields = line.split(separator: UInt8(ascii: " "))
        guard fields.count > 3, fields[2].elementsEqual(wanted.utf8),
          let dash = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }),
          dash + 1 < fields.count
        else { continue }
        return String(decoding: fields[dash + 1], as: UTF8.self)
      }
      return nil
    }

    static func mountTable() throws(IOFailure) -> [UInt8] {
      let path = "/proc/self/mountinfo"
      let descriptor = Descriptor(
        owning: try systemCall(.open, path: path) { unsafe open(path, O_RDONLY | O_CLOEXEC) })
      var table: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = try systemCall(.read, path: path) {
          unsafe read(descriptor.number, &buffer, buffer.count)
        }
        if count == 0 { return table }
        table += buffer[..<count]
      }
    }
  }
#endif
