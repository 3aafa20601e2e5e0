using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>What the controller has done since it was made; they feed the SMART log and move with the guest. Read at any moment, by anyone.</summary>
public sealed class NvmeCounters
{
    long _reads;
    long _writes;
    long _sectorsRead;
    long _sectorsWritten;
    long _mediaErrors;
    long _rejectedDoorbells;
    long _powerCycles;
    long _unsafeShutdowns;

    /// <summary>Read commands that ended well.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Write commands that ended well.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Units of 512 bytes read.</summary>
    public long SectorsRead => Volatile.Read(ref _sectorsRead);

    /// <summary>Units of 512 bytes written.</summary>
    public long SectorsWritten => Volatile.Read(ref _sectorsWritten);

    /// <summary>Commands that failed in the backend.</summary>
    public long MediaErrors => Volatile.Read(ref _mediaErrors);

    /// <summary>Doorbells that named no queue, or a value outside it.</summary>
    public long RejectedDoorbells => Volatile.Read(ref _rejectedDoorbells);

    /// <summary>Times the machine was switched on or reset.</summary>
    public long PowerCycles => Volatile.Read(ref _powerCycles);

    /// <summary>Resets of the machine without a shutdown notification before.</summary>
    public long UnsafeShutdowns => Volatile.Read(ref _unsafeShutdowns);

    internal void CountRead(ulong bytes)
    {
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _sectorsRead, (long)(bytes / 512));
    }

    internal void CountWrite(ulong bytes)
    {
        Interlocked.Increment(ref _writes);
        Interlocked.Add(ref _sectorsWritten, (long)(bytes / 512));
    }

    internal void CountMediaError() => Interlocked.Increment(ref _mediaErrors);

    internal void CountRejectedDoorbell() => Interlocked.Increment(ref _rejectedDoorbells);

    internal void CountPowerCycle(bool wasUnsafe)
    {
        Interlocked.Increment(ref _powerCycles);
        if (wasUnsafe) Interlocked.Increment(ref _unsafeShutdowns);
    }

    internal void Export(StateWriter writer)
    {
        writer.Write(Reads);
        writer.Write(Writes);
        writer.Write(SectorsRead);
        writer.Write(SectorsWritten);
        writer.Write(MediaErrors);
        writer.Write(RejectedDoorbells);
        writer.Write(PowerCycles);
        writer.Write(UnsafeShutdowns);
    }

    internal void Import(StateReader reader)
    {
        _reads = reader.ReadInt64();
        _writes = reader.ReadInt64();
        _sectorsRead = reader.ReadInt64();
        _sectorsWritten = reader.ReadInt64();
        _mediaErrors = reader.ReadInt64();
        _rejectedDoorbells = reader.ReadInt64();
        _powerCycles = reader.ReadInt64();
        _unsafeShutdowns = reader.ReadInt64();
    }
}
