import JournalFormat
import Synchronization

/// An encoding that waits for the next value, with the memory that it has grown.
private final class SpareEncoding: Sendable {
  private let isOut = Atomic<Bool>(false)
  // Used only by who has set `isOut`.
  @exclusivity(unchecked) private nonisolated(unsafe) var lease: EncodingLease?
  private static let largestKept = 1 << 16

  /// One is enough for a thread that makes one update after the other. Of threads that do so at once,
  /// one has it and the others have new ones.
  static let common = SpareEncoding()

  /// Takes it out; nil where somebody else has.
  func take() -> EncodingLease? {
    guard !isOut.exchange(true, ordering: .acquiring) else { return nil }
    return unsafe lease.take() ?? EncodingLease()
  }

  /// Puts it back.
  func put(_ lease: consuming EncodingLease) {
    if lease.encoding.capacity <= Self.largestKept {
      lease.encoding.clear()
      unsafe self.lease = consume lease
    }
    isOut.store(false, ordering: .releasing)
  }

  /// Takes note that it does not come back, and that the next one is to be new.
  func forget() { isOut.store(false, ordering: .releasing) }
}

/// A value of a type of yours, as the bytes of an object of state.
@safe struct EncodedObject: ~Copyable {
  /// Where the bytes are, as long as they are not in `copy`. Counted by hand: it moves from here to where
  /// the next value finds it, and at no moment do two hold it, which would look like a value that has kept
  /// its encoder. The one count is given up by ``release()``.
  private var lease: Unmanaged<EncodingLease>?
  /// Whether others wait for the lease.
  private let isCommon: Bool
  private var copy: [UInt8] = []

  private init() {
    let common = SpareEncoding.common.take()
    isCommon = common != nil
    unsafe lease = .passRetained(common ?? EncodingLease())
  }

  deinit { unsafe Self.release(lease, isCommon: isCommon) }

  /// Encodes a value; nil when `StateObject(encoding:)` has to do it, or to say why it cannot be done.
  ///
  /// - Parameter isHeldLong: whether the object is kept while the disk is waited for. The bytes are copied
  ///   then, so that others can encode meanwhile without memory of their own: a commit may ask for them
  ///   twice, and so they cannot be let go of when it has them.
  static func encoding(_ value: some Encodable, isHeldLong: Bool = false) -> EncodedObject? {
    var object = EncodedObject()
    guard object.encode(value) else { return nil }
    if isHeldLong { object.copyBytes() }
    return object
  }

  private mutating func encode(_ value: some Encodable) -> Bool {
    guard let held = unsafe lease else { return false }
    let isEncoded = unsafe held._withUnsafeGuaranteedRef { lease in
      lease.encoding.encodeObject(value)
        && lease.encoding.byteCount < RecordHeader.maximumRecordByteCount / 2
    }
    var lease = unsafe held.takeRetainedValue()
    // A value that keeps its encoder, or a container, could write to it at any time.
    guard isKnownUniquelyReferenced(&lease), lease.encoding.isContainerOwn else {
      unsafe self.lease = nil
      if isCommon { SpareEncoding.common.forget() }
      return false
    }
    unsafe self.lease = .passRetained(consume lease)
    return isEncoded
  }

  private mutating func copyBytes() {
    var bytes: [UInt8] = []
    append(to: &bytes)
    copy = bytes
    unsafe Self.release(lease, isCommon: isCommon)
    unsafe lease = nil
  }

  private static func release(_ lease: Unmanaged<EncodingLease>?, isCommon: Bool) {
    guard let lease = unsafe lease?.takeRetainedValue() else { return }
    if isCommon { SpareEncoding.common.put(consume lease) }
  }

  /// Appends its CBOR.
  func append(to bytes: inout [UInt8]) {
    if let lease = unsafe lease {
      unsafe lease._withUnsafeGuaranteedRef { $0.encoding.append(to: &bytes) }
    } else {
      bytes += copy
    }
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
