import JournalFormat
import Synchronization

/// Holds an encoding that is used again and again, with the memory that it has grown, by one thread at
/// a time.
private final class EncodingSlot: Sendable {
  private let isTaken = Atomic<Bool>(false)
  // Used only between `take()` and `giveBack()`.
  @exclusivity(unchecked) private nonisolated(unsafe) var encoding = DirectEncoding()
  private static let largestKept = 1 << 16

  /// One is enough for a thread that makes one update after the other. Of threads that do so at once,
  /// one has it and the others have new ones.
  private static let common = EncodingSlot()

  /// A slot that nobody uses.
  static func take() -> EncodingSlot {
    if !common.isTaken.exchange(true, ordering: .acquiring) { return common }
    return EncodingSlot()
  }

  func giveBack() {
    if unsafe encoding.capacity > Self.largestKept { unsafe encoding = DirectEncoding() }
    unsafe encoding.clear()
    isTaken.store(false, ordering: .releasing)
  }

  /// Encodes a value; false when it has been given up.
  func encodeObject(_ value: some Encodable) -> Bool {
    let isEncoded = unsafe encoding.encodeObject(value)
    // A value that keeps its encoder could write to it at any time.
    guard unsafe isKnownUniquelyReferenced(&encoding) else {
      unsafe encoding = DirectEncoding()
      return false
    }
    let byteCount = unsafe encoding.byteCount
    return isEncoded && byteCount < RecordHeader.maximumRecordByteCount / 2
  }

  func append(to bytes: inout [UInt8]) { unsafe encoding.append(to: &bytes) }
}

/// A value of a type of yours, as the bytes of an object of state.
struct EncodedObject: ~Copyable {
  /// Where the bytes are, as long as they are not in `copy`.
  private var slot: EncodingSlot?
  private var copy: [UInt8] = []

  private init(_ slot: EncodingSlot) { self.slot = slot }

  deinit { slot?.giveBack() }

  /// Encodes a value; nil when `StateObject(encoding:)` has to do it, or to say why it cannot be done.
  ///
  /// - Parameter isHeldLong: whether the object is kept while the disk is waited for. The bytes are copied
  ///   then, so that others can encode meanwhile without memory of their own: a commit may ask for them
  ///   twice, and so they cannot be let go of when it has them.
  static func encoding(_ value: some Encodable, isHeldLong: Bool = false) -> EncodedObject? {
    let slot = EncodingSlot.take()
    var object = EncodedObject(slot)
    guard slot.encodeObject(value) else { return nil }
    if isHeldLong {
      slot.append(to: &object.copy)
      slot.giveBack()
      object.slot = nil
    }
    return object
  }

  /// Appends its CBOR.
  func append(to bytes: inout [UInt8]) {
    if let slot { slot.append(to: &bytes) } else { bytes += copy }
  }

  /// Appends to a record that it replaces the object at an address, whose names have been checked.
  func appendPut(at address: StateAddress, to record: inout [UInt8]) {
    RecordChange.appendPut(
      to: &record, key: { StateKeyCoding.append(address, to: &$0) },
      value: { append(to: &$0) })
  }
}

extension StateMap where Value == StateValue {
  /// Appends the encoding of the object that an `Encodable` describes; when it throws, `bytes` is as it
  /// was.
  ///
  /// - Throws: ``StateError/Reason/unsupportedValue`` with the path of what cannot be held, or when
  ///   `value` is a single value or an array.
  package static func appendCBOR(
    encoding value: some Encodable, to bytes: inout [UInt8]
  ) throws(StateError) {
    if let object = EncodedObject.encoding(value) {
      object.append(to: &bytes)
    } else {
      try StateObject(encoding: value).appendCBOR(to: &bytes)
    }
  }
}
