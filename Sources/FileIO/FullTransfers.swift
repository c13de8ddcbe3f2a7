#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension File {
  /// Reads until `buffer[range]` is full or the file ends; returns how many bytes came.
  public func readFully(
    into buffer: inout [UInt8], range: Range<Int>, at offset: Int64
  ) throws(IOFailure) -> Int {
    var done = 0
    while done < range.count {
      let count = try read(
        into: &buffer, range: (range.lowerBound + done)..<range.upperBound,
        at: offset + Int64(done))
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Writes all of `bytes` at `offset`. After a failure an unknown part of them has been written.
  public func writeFully(_ bytes: Span<UInt8>, at offset: Int64) throws(IOFailure) {
    var done = 0
    while done < bytes.count {
      let count = try write(bytes.extracting(done..<bytes.count), at: offset + Int64(done))
      // POSIX allows a write to take nothing and report no error; trying for ever would hang.
      if count == 0 { throw IOFailure(.write, path: path, code: EIO) }
      done += count
    }
  }
}
