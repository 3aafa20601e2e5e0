using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Nvme;

/// <summary>How long the disk has been switched on, across hosts and snapshots.</summary>
sealed class PowerOnTime(TimeProvider clock)
{
    TimeSpan _before;
    long _since = clock.GetTimestamp();

    /// <summary>Whole hours.</summary>
    public long Hours => (long)Elapsed.TotalHours;

    /// <summary>Writes the time so far.</summary>
    public void Export(StateWriter writer) => writer.Write(Elapsed.Ticks);

    /// <summary>Goes on from a time.</summary>
    public void Import(StateReader reader)
    {
        _before = TimeSpan.FromTicks(reader.ReadInt64());
        _since = clock.GetTimestamp();
    }

    TimeSpan Elapsed => _before + clock.GetElapsedTime(_since);
}
