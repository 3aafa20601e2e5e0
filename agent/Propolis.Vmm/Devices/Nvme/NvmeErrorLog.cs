using System.Buffers.Binary;
using Propolis.Vmm.Devices.Nvme.Wire;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>The error information log (NVMe 1.4, section 5.14.1.1): the latest failures, newest first when read. From any thread.</summary>
sealed class NvmeErrorLog
{
    /// <summary>Bytes of an entry.</summary>
    public const int EntrySize = 64;

    /// <summary>Bytes of the whole log.</summary>
    public const int Length = EntrySize * NvmeRules.ErrorLogEntries;

    readonly Lock _gate = new();
    readonly byte[] _entries = new byte[Length];
    ulong _count;

    /// <summary>Errors ever logged.</summary>
    public ulong Count
    {
        get { lock (_gate) return _count; }
    }

    /// <summary>Adds an error; one that belongs to no command has all ones as queue and command id.</summary>
    public void Add(ushort queueId, ushort commandId, NvmeStatus status, ulong lba, uint namespaceId)
    {
        lock (_gate)
        {
            var entry = _entries.AsSpan((int)(_count % NvmeRules.ErrorLogEntries) * EntrySize, EntrySize);
            entry.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(entry, ++_count);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], queueId);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[10..], commandId);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[12..], (ushort)(status.Field << 1));
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], lba);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[24..], namespaceId);
        }
    }

    /// <summary>Writes the whole log, <see cref="Length"/> bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        lock (_gate)
        {
            for (var age = 0; age < NvmeRules.ErrorLogEntries; age++)
            {
                var slot = (int)((_count - 1 - (ulong)age) % NvmeRules.ErrorLogEntries);
                _entries.AsSpan(slot * EntrySize, EntrySize).CopyTo(destination[(age * EntrySize)..]);
            }
        }
    }

    /// <summary>Writes the log for a snapshot.</summary>
    public void Export(StateWriter writer)
    {
        lock (_gate)
        {
            writer.Write(_count);
            writer.Write((ReadOnlySpan<byte>)_entries);
        }
    }

    /// <summary>Replaces the log.</summary>
    public void Import(StateReader reader)
    {
        lock (_gate)
        {
            _count = reader.ReadUInt64();
            reader.ReadBytes(_entries);
        }
    }
}
