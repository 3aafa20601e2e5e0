using System.Globalization;

namespace Propolis.Vmm.Net;

/// <summary>An Ethernet address, written "02:08:20:ab:cd:ef".</summary>
public readonly record struct MacAddress
{
    /// <summary>Bytes.</summary>
    public const int Length = 6;

    readonly ulong _value;

    /// <summary>The address in the first six bytes, in the order of the wire.</summary>
    public MacAddress(ReadOnlySpan<byte> bytes)
    {
        foreach (var part in bytes[..Length]) _value = (_value << 8) | part;
    }

    /// <summary>A group address: not that of one station.</summary>
    public bool IsMulticast => ((_value >> 40) & 1) != 0;

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public bool IsBroadcast => _value == 0xffff_ffff_ffff;

    /// <summary>Reads six hexadecimal bytes with colons between. False for anything else, and for addresses no station can have (groups, all zero).</summary>
    public static bool TryParse(string? text, out MacAddress address)
    {
        address = default;
        var parts = (text ?? "").Split(':');
        if (parts.Length != Length) return false;
        Span<byte> bytes = stackalloc byte[Length];
        for (var i = 0; i < Length; i++)
        {
            if (parts[i].Length != 2 || !byte.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i])) return false;
        }
        address = new MacAddress(bytes);
        return !address.IsMulticast && address != default;
    }

    /// <summary>Writes the six bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        for (var i = 0; i < Length; i++) destination[i] = (byte)(_value >> (8 * (Length - 1 - i)));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}:{bytes[3]:x2}:{bytes[4]:x2}:{bytes[5]:x2}");
    }
}
