/// The fingerprint of the first bytes of a file, as they go by.
struct CSVHead {
  private var fingerprint = Fingerprint()
  private var byteCount = 0

  /// Takes the bytes that follow; those past the limit are not looked at.
  mutating func combine(_ bytes: Span<UInt8>) {
    let count = min(bytes.count, CSVPosition.maximumHeadByteCount - byteCount)
    fingerprint.combine(bytes.extracting(0..<count))
    byteCount += count
  }

  var mark: CSVPosition.Mark {
    CSVPosition.Mark(byteCount: byteCount, fingerprint: fingerprint.text)
  }
}
