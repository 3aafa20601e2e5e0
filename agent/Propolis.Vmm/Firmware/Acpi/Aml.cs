using System.Buffers.Binary;
using System.Text;

namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>
/// Encodes ACPI Machine Language (ACPI 6.4, chapter 20): each function returns the bytes of one term, to be put into another one. Names are written as in
/// ASL ("\_SB.PCI0", "LNKA"); a wrong one is a mistake of the program and throws.
/// </summary>
public static class Aml
{
    /// <summary>Address spaces of operation regions (ACPI 6.4, table 5.150).</summary>
    public const byte PciConfigSpace = 2;

    /// <summary>The first argument of a method.</summary>
    public static readonly byte[] Arg0 = [0x68];

    /// <summary>The fourth argument of a method.</summary>
    public static readonly byte[] Arg3 = [0x6b];

    /// <summary>An integer, in the shortest form.</summary>
    public static byte[] Integer(ulong value)
    {
        if (value <= 1) return [(byte)value];
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return value switch
        {
            <= byte.MaxValue => [0x0a, .. bytes[..1]],
            <= ushort.MaxValue => [0x0b, .. bytes[..2]],
            <= uint.MaxValue => [0x0c, .. bytes[..4]],
            _ => [0x0e, .. bytes],
        };
    }

    /// <summary>An ASCII string.</summary>
    public static byte[] Text(string text) => [0x0d, .. Encoding.ASCII.GetBytes(text), 0];

    /// <summary>A compressed EISA identifier, "PNP0A03": three letters and four hexadecimal digits (ACPI 6.4, section 19.3.4).</summary>
    public static byte[] EisaId(string id)
    {
        if (id.Length != 7) throw new ArgumentException($"'{id}' is no EISA identifier.", nameof(id));
        var letters = id[..3].Aggregate(0, (sum, letter) => sum << 5 | letter - 'A' + 1);
        var product = Convert.FromHexString(id[3..]);
        return [0x0c, (byte)(letters >> 8), (byte)letters, product[0], product[1]];
    }

    /// <summary>A buffer with these bytes.</summary>
    public static byte[] Buffer(ReadOnlySpan<byte> bytes) => [0x11, .. Sized([.. Integer((ulong)bytes.Length), .. bytes])];

    /// <summary>A package of up to 255 elements.</summary>
    public static byte[] Package(params byte[][] elements) => [0x12, .. Sized([checked((byte)elements.Length), .. Join(elements)])];

    /// <summary>A named object.</summary>
    public static byte[] Name(string name, byte[] value) => [0x08, .. Path(name), .. value];

    /// <summary>Opens an existing scope.</summary>
    public static byte[] Scope(string name, params byte[][] terms) => [0x10, .. Sized([.. Path(name), .. Join(terms)])];

    /// <summary>A device.</summary>
    public static byte[] Device(string name, params byte[][] terms) => [0x5b, 0x82, .. Sized([.. Path(name), .. Join(terms)])];

    /// <summary>A method with up to 7 arguments; serialized ones may create named objects.</summary>
    public static byte[] Method(string name, int arguments, bool serialized, params byte[][] terms) =>
        [0x14, .. Sized([.. Path(name), (byte)(arguments | (serialized ? 8 : 0)), .. Join(terms)])];

    /// <summary>An operation region.</summary>
    public static byte[] OperationRegion(string name, byte space, ulong offset, ulong length) =>
        [0x5b, 0x80, .. Path(name), space, .. Integer(offset), .. Integer(length)];

    /// <summary>Consecutive byte-wide fields of a region, accessed a byte at a time.</summary>
    public static byte[] ByteFields(string region, params string[] fields) =>
        [0x5b, 0x81, .. Sized([.. Path(region), 0x01, .. Join([.. fields.Select(f => (byte[])[.. Path(f), 8])])])];

    /// <summary>Names the four bytes of a buffer from an index.</summary>
    public static byte[] CreateDWordField(byte[] buffer, ulong index, string name) => [0x8a, .. buffer, .. Integer(index), .. Path(name)];

    /// <summary>Stores a value.</summary>
    public static byte[] Store(byte[] value, byte[] target) => [0x70, .. value, .. target];

    /// <summary>Bitwise and.</summary>
    public static byte[] And(byte[] left, byte[] right) => [0x7b, .. left, .. right, 0x00];

    /// <summary>Bitwise or.</summary>
    public static byte[] Or(byte[] left, byte[] right) => [0x7d, .. left, .. right, 0x00];

    /// <summary>True when both are equal.</summary>
    public static byte[] Equal(byte[] left, byte[] right) => [0x93, .. left, .. right];

    /// <summary>Runs the terms when the predicate is not zero.</summary>
    public static byte[] If(byte[] predicate, params byte[][] terms) => [0xa0, .. Sized([.. predicate, .. Join(terms)])];

    /// <summary>Ends a method with a value.</summary>
    public static byte[] Return(byte[] value) => [0xa4, .. value];

    /// <summary>A reference to a name: up to 255 segments of up to four characters, absolute with "\".</summary>
    public static byte[] Path(string name)
    {
        byte[] root = name.StartsWith('\\') ? [(byte)'\\'] : [];
        var segments = name[root.Length..].Split('.').Select(Segment).ToArray();
        byte[] prefix = segments.Length switch
        {
            1 => [],
            2 => [0x2e],
            _ => [0x2f, checked((byte)segments.Length)],
        };
        return [.. root, .. prefix, .. Join(segments)];
    }

    static byte[] Segment(string segment)
    {
        if (segment.Length is 0 or > 4 || char.IsAsciiDigit(segment[0]) || !segment.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'))
            throw new ArgumentException($"'{segment}' is no name segment.", nameof(segment));
        return Encoding.ASCII.GetBytes(segment.PadRight(4, '_'));
    }

    /// <summary>Puts the package length in front: it counts its own bytes (ACPI 6.4, section 20.2.4).</summary>
    static byte[] Sized(byte[] content)
    {
        if (content.Length + 1 <= 0x3f) return [(byte)(content.Length + 1), .. content];
        var more = content.Length + 2 <= 0xfff ? 1 : content.Length + 3 <= 0xf_ffff ? 2 : 3;
        var length = content.Length + 1 + more;
        byte[] tail = [(byte)(length >> 4), (byte)(length >> 12), (byte)(length >> 20)];
        return [(byte)(more << 6 | length & 0xf), .. tail.AsSpan(0, more), .. content];
    }

    static byte[] Join(byte[][] terms) => [.. terms.SelectMany(t => t)];
}
