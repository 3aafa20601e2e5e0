using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>
/// Watches what happens to guests and disks, and knows nothing of rules and grains: one start for each number, numbers and generations only rise, one opener for each generation, and never two guests of an
/// instance that can both write.
/// </summary>
sealed class SimHistory(SimWorld world)
{
    readonly Queue<string> _log = new();
    readonly Dictionary<(InstanceId, long), SledId> _starts = [];
    readonly Dictionary<InstanceId, long> _highestStart = [];
    readonly Dictionary<VolumeId, long> _highestOpen = [];
    readonly Dictionary<(VolumeId, long), (InstanceId, long)> _openers = [];

    public List<string> Violations { get; } = [];

    public int GuestStarts { get; private set; }

    public int GuestMoves { get; private set; }

    public int GuestReturns { get; private set; }

    /// <summary>The last things that happened, for a failure's message.</summary>
    public IEnumerable<string> Log => _log;

    public void Note(string what)
    {
        _log.Enqueue($"{world.Time.Now:HH:mm:ss.fff} {what}");
        if (_log.Count > 400)
            _log.Dequeue();
    }

    /// <summary>A guest starts from nothing.</summary>
    public void Started(SimVmm vmm)
    {
        GuestStarts++;
        Note($"guest starts: {vmm}");
        if (!_starts.TryAdd((vmm.Instance, vmm.Incarnation), vmm.Agent.Sled))
            Violate($"{vmm} was started before, on {_starts[(vmm.Instance, vmm.Incarnation)]}");
        if (_highestStart.GetValueOrDefault(vmm.Instance) >= vmm.Incarnation)
            Violate($"{vmm} starts after incarnation {_highestStart[vmm.Instance]}");
        _highestStart[vmm.Instance] = Math.Max(_highestStart.GetValueOrDefault(vmm.Instance), vmm.Incarnation);
        Runs(vmm);
    }

    /// <summary>A guest goes on at a migration's target.</summary>
    public void Moved(SimVmm vmm)
    {
        GuestMoves++;
        Note($"guest moved: {vmm}");
        if (!_starts.TryAdd((vmm.Instance, vmm.Incarnation), vmm.Agent.Sled))
            Violate($"{vmm} took a guest over twice");
        _highestStart[vmm.Instance] = Math.Max(_highestStart.GetValueOrDefault(vmm.Instance), vmm.Incarnation);
        Runs(vmm);
    }

    /// <summary>A guest goes on at a migration's source.</summary>
    public void Returned(SimVmm vmm)
    {
        GuestReturns++;
        Note($"guest stayed: {vmm}");
        Runs(vmm);
    }

    /// <summary>A volume is opened.</summary>
    /// <returns>Whether the disk servers let it; an older generation than the highest is refused.</returns>
    public bool Opens(SimVmm vmm, DiskGeneration disk)
    {
        var highest = _highestOpen.GetValueOrDefault(disk.Volume);
        if (disk.Generation < highest)
            return false;
        if (_openers.TryGetValue((disk.Volume, disk.Generation), out var opener) && opener != (vmm.Instance, vmm.Incarnation))
            Violate($"generation {disk.Generation} of {disk.Volume} was given to {opener} and to {vmm}");
        _openers[(disk.Volume, disk.Generation)] = (vmm.Instance, vmm.Incarnation);
        _highestOpen[disk.Volume] = disk.Generation;
        return true;
    }

    /// <summary>Whether the disk servers would take a write.</summary>
    public bool MayWrite(DiskGeneration disk) => disk.Generation >= _highestOpen.GetValueOrDefault(disk.Volume);

    public void Violate(string what)
    {
        Note($"VIOLATION {what}");
        Violations.Add(what);
    }

    void Runs(SimVmm vmm)
    {
        var others = world.Agents.Values.SelectMany(agent => agent.Processes).Where(other => other != vmm && other.Instance == vmm.Instance && other.GuestRuns);
        foreach (var other in others)
        {
            if (other.Open.Count == 0 || other.Open.Any(MayWrite))
                Violate($"{vmm} runs beside {other}");
        }
    }
}
