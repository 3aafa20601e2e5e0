using System.Buffers.Binary;
using System.Text;
using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Nvme.Wire;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>Log pages (NVMe 1.4, section 5.14.1), made when the guest reads them.</summary>
sealed class NvmeLogs(BlockGeometry geometry, NvmeCounters counters, NvmeErrorLog errors, NvmeFeatures features, PowerOnTime powerOn)
{
    /// <summary>Bytes of the longest page.</summary>
    public const int MaxLength = 4096;

    const int SmartLength = 512;
    const int FirmwareLength = 512;
    const int EffectsLength = 4096;
    const byte TemperatureWarning = 1 << 1;
    const uint Supported = 1;
    const uint ChangesContent = 1 << 1;

    /// <summary>SMART's critical warning.</summary>
    public byte CriticalWarning => (byte)(features.IsTemperatureCritical ? TemperatureWarning : 0);

    /// <summary>Writes a page into <paramref name="page"/>, which has <see cref="MaxLength"/> bytes; returns its length, 0 for a page that does not exist.</summary>
    public int Compose(LogPageId log, Span<byte> page)
    {
        page.Clear();
        switch (log)
        {
            case LogPageId.ErrorInformation:
                errors.CopyTo(page);
                return NvmeErrorLog.Length;
            case LogPageId.SmartHealth:
                ComposeSmart(page);
                return SmartLength;
            case LogPageId.FirmwareSlot:
                page[0] = 1;
                Encoding.ASCII.GetBytes(NvmeIdentify.FirmwareRevision, page[8..]);
                return FirmwareLength;
            case LogPageId.CommandsSupported:
                ComposeEffects(page);
                return EffectsLength;
            default:
                return 0;
        }
    }

    /// <summary>Figure 194. Data units are thousands of 512 bytes, rounded up.</summary>
    void ComposeSmart(Span<byte> page)
    {
        page[0] = CriticalWarning;
        BinaryPrimitives.WriteUInt16LittleEndian(page[1..], NvmeRules.Temperature);
        page[3] = 100; // available spare, percent
        page[4] = 10; // its threshold
        Put(page, 32, (counters.SectorsRead + 999) / 1000);
        Put(page, 48, (counters.SectorsWritten + 999) / 1000);
        Put(page, 64, counters.Reads);
        Put(page, 80, counters.Writes);
        Put(page, 112, counters.PowerCycles);
        Put(page, 128, powerOn.Hours);
        Put(page, 144, counters.UnsafeShutdowns);
        Put(page, 160, counters.MediaErrors);
        Put(page, 176, (long)errors.Count);
    }

    /// <summary>Figure 207: a dword per admin opcode, then per I/O opcode.</summary>
    void ComposeEffects(Span<byte> page)
    {
        foreach (var opcode in Enum.GetValues<AdminOpcode>()) BinaryPrimitives.WriteUInt32LittleEndian(page[((int)opcode * 4)..], Supported);
        foreach (var opcode in Enum.GetValues<NvmOpcode>())
        {
            if (opcode == NvmOpcode.DatasetManagement && !geometry.CanDiscard) continue;
            var changes = opcode is NvmOpcode.Write or NvmOpcode.WriteZeroes or NvmOpcode.DatasetManagement;
            BinaryPrimitives.WriteUInt32LittleEndian(page[(1024 + (int)opcode * 4)..], Supported | (changes ? ChangesContent : 0));
        }
    }

    static void Put(Span<byte> page, int offset, long value) => BinaryPrimitives.WriteInt64LittleEndian(page[offset..], value);
}
