/// What one execution did, folded into a number: the verdict, the flaw, how many records, roughly
/// where. An input whose behaviour was never seen before goes into the corpus.
///
/// It stands in for the coverage that an instrumented build would count. Decoders of this package
/// answer every kind of bytes with a case of its own, so their answers tell paths apart nearly as
/// well as edges would, and an ordinary `swift build` can look at them.
package struct Behaviour: Sendable {
  package private(set) var signature: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  package mutating func note(_ number: UInt64) {
    // FNV-1a with one more mixing step, since whole words go in.
    signature = (signature ^ number) &* 0x0000_0100_0000_01B3
    signature ^= signature >> 29
  }

  package mutating func note(_ number: Int) { note(UInt64(bitPattern: Int64(number))) }

  /// Notes a case by its name.
  package mutating func note(_ name: String) {
    for byte in name.utf8 { note(UInt64(byte)) }
  }

  /// Notes a count or an offset by its magnitude: each one of its own would make every input new.
  package mutating func note(magnitude number: Int) {
    note(UInt64(number <= 4 ? max(number, 0) : 4 + Int.bitWidth - number.leadingZeroBitCount))
  }
}
