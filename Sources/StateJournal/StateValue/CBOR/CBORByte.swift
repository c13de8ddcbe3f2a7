/// The major types of CBOR (RFC 8949, section 3.1): the top three bits of every item.
enum CBORMajor: UInt8 {
  case unsigned = 0
  case negative = 1
  case bytes = 2
  case text = 3
  case array = 4
  case map = 5
  case tag = 6
  case simple = 7
}

/// The items of one fixed first byte (RFC 8949, section 3.3).
enum CBORByte {
  static let `false`: UInt8 = 0xf4
  static let `true`: UInt8 = 0xf5
  static let null: UInt8 = 0xf6
  static let half: UInt8 = 0xf9
  static let single: UInt8 = 0xfa
  static let double: UInt8 = 0xfb
}

/// IEEE 754 binary16 by its bits, since `Float16` does not exist on every platform.
enum HalfFloat {
  /// The bits of `value` as binary16, or nil when it cannot be held exactly; `value` is finite.
  static func bits(of value: Float) -> UInt16? {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7fff_ffff
    if magnitude == 0 { return sign }
    let exponent = Int(magnitude >> 23) - 127
    let fraction = magnitude & 0x7f_ffff
    switch exponent {
    case -14...15:
      guard fraction & 0x1fff == 0 else { return nil }
      return sign | UInt16(exponent + 15) << 10 | UInt16(fraction >> 13)
    case -24 ... -15:
      // Subnormal: a multiple of 2^-24, the leading one written out.
      let significand = fraction | 0x80_0000
      let dropped = UInt32(-exponent - 1)
      guard significand & ((1 << dropped) - 1) == 0 else { return nil }
      return sign | UInt16(significand >> dropped)
    default: return nil
    }
  }

  /// The value of binary16 bits; NaN and infinities come out as such.
  static func value(of bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
