using System.Numerics;
using System.Runtime.Intrinsics;

namespace Propolis.Crucible.Crypto;

/// <summary>
/// The same operations in plain integer arithmetic, for processors without the extensions. The AES rounds use table
/// look-ups, whose timing depends on the data; the carry-less product does not branch or look up.
/// </summary>
readonly struct PortableCipherUnit : ICipherUnit
{
    static readonly byte[] SubstitutionBox = BuildSubstitutionBox();
    static readonly uint[] RoundTable = BuildRoundTable();

    public static uint SubWord(uint word) =>
        SubstitutionBox[(byte)word]
        | (uint)SubstitutionBox[(byte)(word >> 8)] << 8
        | (uint)SubstitutionBox[(byte)(word >> 16)] << 16
        | (uint)SubstitutionBox[word >> 24] << 24;

    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key)
    {
        var s = state.AsUInt32();
        var mixed = Vector128.Create(
            MixColumn(s[0], s[1], s[2], s[3]),
            MixColumn(s[1], s[2], s[3], s[0]),
            MixColumn(s[2], s[3], s[0], s[1]),
            MixColumn(s[3], s[0], s[1], s[2]));
        return mixed.AsByte() ^ key;
    }

    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key)
    {
        var s = state.AsUInt32();
        var substituted = Vector128.Create(
            SubWord(ShiftedColumn(s[0], s[1], s[2], s[3])),
            SubWord(ShiftedColumn(s[1], s[2], s[3], s[0])),
            SubWord(ShiftedColumn(s[2], s[3], s[0], s[1])),
            SubWord(ShiftedColumn(s[3], s[0], s[1], s[2])));
        return substituted.AsByte() ^ key;
    }

    public static Vector128<ulong> MultiplyLow(Vector128<ulong> left, Vector128<ulong> right) => Multiply(left[0], right[0]);

    public static Vector128<ulong> MultiplyHigh(Vector128<ulong> left, Vector128<ulong> right) => Multiply(left[1], right[1]);

    public static Vector128<ulong> MultiplyCrossed(Vector128<ulong> left, Vector128<ulong> right) =>
        Multiply(left[0], right[1]) ^ Multiply(left[1], right[0]);

    static uint ShiftedColumn(uint c0, uint c1, uint c2, uint c3) =>
        (c0 & 0x000000FF) | (c1 & 0x0000FF00) | (c2 & 0x00FF0000) | (c3 & 0xFF000000);

    static uint MixColumn(uint c0, uint c1, uint c2, uint c3) =>
        RoundTable[(byte)c0]
        ^ BitOperations.RotateLeft(RoundTable[(byte)(c1 >> 8)], 8)
        ^ BitOperations.RotateLeft(RoundTable[(byte)(c2 >> 16)], 16)
        ^ BitOperations.RotateLeft(RoundTable[c3 >> 24], 24);

    // The high half of a carry-less product is the low half of the product of the bit-reversed factors, reversed, less one place.
    static Vector128<ulong> Multiply(ulong left, ulong right) =>
        Vector128.Create(MultiplyHalf(left, right), Reverse(MultiplyHalf(Reverse(left), Reverse(right))) >> 1);

    // Integer products of numbers with every fourth bit set cannot carry into the next used bit.
    static ulong MultiplyHalf(ulong left, ulong right)
    {
        const ulong mask = 0x1111111111111111;
        ulong l0 = left & mask, l1 = left & (mask << 1), l2 = left & (mask << 2), l3 = left & (mask << 3);
        ulong r0 = right & mask, r1 = right & (mask << 1), r2 = right & (mask << 2), r3 = right & (mask << 3);
        var p0 = (l0 * r0) ^ (l1 * r3) ^ (l2 * r2) ^ (l3 * r1);
        var p1 = (l0 * r1) ^ (l1 * r0) ^ (l2 * r3) ^ (l3 * r2);
        var p2 = (l0 * r2) ^ (l1 * r1) ^ (l2 * r0) ^ (l3 * r3);
        var p3 = (l0 * r3) ^ (l1 * r2) ^ (l2 * r1) ^ (l3 * r0);
        return (p0 & mask) | (p1 & (mask << 1)) | (p2 & (mask << 2)) | (p3 & (mask << 3));
    }

    static ulong Reverse(ulong value)
    {
        value = ((value >> 1) & 0x5555555555555555) | ((value & 0x5555555555555555) << 1);
        value = ((value >> 2) & 0x3333333333333333) | ((value & 0x3333333333333333) << 2);
        value = ((value >> 4) & 0x0F0F0F0F0F0F0F0F) | ((value & 0x0F0F0F0F0F0F0F0F) << 4);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }

    // FIPS 197 section 5.1.1: the inverse in GF(2^8), then the affine map; 3 generates the field and 0xF6 is its inverse.
    static byte[] BuildSubstitutionBox()
    {
        var box = new byte[256];
        byte power = 1, inverse = 1;
        do
        {
            power = (byte)(power ^ Double(power));
            inverse = DivideByThree(inverse);
            box[power] = Affine(inverse);
        }
        while (power != 1);
        box[0] = 0x63;
        return box;
    }

    static byte DivideByThree(byte value)
    {
        value ^= (byte)(value << 1);
        value ^= (byte)(value << 2);
        value ^= (byte)(value << 4);
        return (value & 0x80) != 0 ? (byte)(value ^ 0x09) : value;
    }

    static byte Affine(byte value)
    {
        var wide = value * 0x0101;
        return (byte)(value ^ (wide >> 7) ^ (wide >> 6) ^ (wide >> 5) ^ (wide >> 4) ^ 0x63);
    }

    static uint[] BuildRoundTable()
    {
        var table = new uint[256];
        for (var i = 0; i < 256; i++)
        {
            var one = SubstitutionBox[i];
            var two = Double(one);
            table[i] = two | (uint)one << 8 | (uint)one << 16 | (uint)(byte)(two ^ one) << 24;
        }

        return table;
    }

    static byte Double(byte value) => (byte)((value << 1) ^ ((value & 0x80) != 0 ? 0x1B : 0));
}
