using System.Buffers.Binary;

namespace Propolis.Vmm.Firmware;

/// <summary>
/// Where UEFI firmware keeps its variables: a firmware volume for non-volatile data in front of the code (UEFI PI 1.7, volume 3, section 3.2.1), in one file with it (OVMF.fd) or in
/// a file of its own (OVMF_VARS.fd).
/// </summary>
public static class UefiVariables
{
    const int HeaderLength = 56;
    const int FirmwareDeviceUnit = 1 << 20;

    static readonly byte[] NonVolatileData = new Guid("fff12b8d-7696-4c8b-a985-2747075b4f50").ToByteArray();

    /// <summary>True for UEFI firmware, with or without a variable store: it starts with a firmware volume. A BIOS does not.</summary>
    public static bool IsUefi(ReadOnlySpan<byte> image) => image.Length >= HeaderLength && image.Slice(40, 4).SequenceEqual("_FVH"u8);

    /// <summary>Bytes of the variable store that <paramref name="image"/> starts with; 0 when it starts with something else.</summary>
    public static int StoreLength(ReadOnlySpan<byte> image)
    {
        if (!IsUefi(image) || !image.Slice(16, 16).SequenceEqual(NonVolatileData)) return 0;
        var length = BinaryPrimitives.ReadUInt64LittleEndian(image[32..]);
        return length <= (ulong)image.Length ? (int)length : 0;
    }

    /// <summary>
    /// What is wrong with a file as the variable store of a boot ROM, or null. Store and code together are one firmware device, whose builds have whole MiB: that tells
    /// whether they belong together.
    /// </summary>
    public static string? Misfit(ReadOnlySpan<byte> store, int codeLength)
    {
        if (StoreLength(store) == 0) return "is no UEFI variable store; a copy of OVMF_VARS.fd is needed.";
        return (store.Length + codeLength) % FirmwareDeviceUnit == 0
            ? null
            : $"has {store.Length} bytes, which does not go with a boot ROM of {codeLength} bytes; use the variable store that came with it.";
    }

    /// <summary>Where distributions put the empty variable store of a boot ROM: beside it, with VARS for CODE in its name. Null when its name has no CODE.</summary>
    public static string? TemplateBeside(string bootRom)
    {
        var name = Path.GetFileName(bootRom);
        var at = name.LastIndexOf("CODE", StringComparison.Ordinal);
        return at < 0 ? null : Path.Combine(Path.GetDirectoryName(bootRom) ?? "", $"{name[..at]}VARS{name[(at + 4)..]}");
    }
}
