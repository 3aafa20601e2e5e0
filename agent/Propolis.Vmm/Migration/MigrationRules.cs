using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Migration;

/// <summary>The decisions of a migration: whether a guest fits, and when to pause it. Pure.</summary>
public static class MigrationRules
{
    // KVM runs a guest at its host's own frequency when the two differ by no more (tsc_tolerance_ppm).
    const double TscTolerance = 250e-6;
    const int FirstThrottle = 20;
    const int ThrottleStep = 15;

    // A pass that leaves more than this share of what the one before left has not come closer.
    const double Closer = 0.8;

    /// <summary>Every reason why a guest that is <paramref name="source"/> cannot go on in a machine that is <paramref name="target"/>, as sentences; none when it fits.</summary>
    public static IReadOnlyList<string> FindObstacles(MachineFacts source, MachineFacts target, VirtualMachineTraits host)
    {
        var found = new List<string>();
        if (source.VcpuCount != target.VcpuCount) found.Add($"the guest has {source.VcpuCount} vCPUs, the target's machine {target.VcpuCount}");
        AddRegions(source, target, found);
        if (CpuidRules.FindObstacle(source.Cpuid, host.HostCpuid) is { } processor) found.Add(processor);
        if (Math.Abs((double)source.TscKhz - target.TscKhz) > target.TscKhz * TscTolerance && !host.CanScaleTsc)
            found.Add($"the guest's time-stamp counter runs at {source.TscKhz} kHz, the target's at {target.TscKhz} kHz, and its processor cannot scale it");
        AddStates(source, target, found);
        AddDisks(source, target, found);
        return found;
    }

    /// <summary>What follows a pass.</summary>
    public static CopyDecision AfterPass(CopyState before, PassReport pass, MigrationPolicy policy)
    {
        var seconds = Math.Max(pass.Duration.TotalSeconds, 1e-6);
        var rate = pass.PagesSent > 0 ? pass.PagesSent * (double)DirtyBitmap.PageSize / seconds : before.BytesPerSecond;
        // The first pass sends all of memory: what it leaves says nothing yet about coming closer.
        var isStuck = pass.Pass > 1 && pass.DirtyPages > before.DirtyPages * Closer;
        var state = before with
        {
            BytesPerSecond = rate,
            DirtyPagesPerSecond = pass.DirtyPages / seconds,
            DirtyPages = pass.DirtyPages,
            StuckPasses = isStuck ? before.StuckPasses + 1 : 0,
        };
        if (pass.DirtyPages == 0 || ProjectedDowntime(state, policy) <= policy.DowntimeBudget) return new CopyDecision(CopyStep.Pause, state, null);
        if (pass.Pass >= policy.MaxPasses) return Stuck(state, policy);
        return new CopyDecision(CopyStep.Again, isStuck ? state with { ThrottlePercent = MoreThrottle(state.ThrottlePercent, policy) } : state, null);
    }

    /// <summary>How long the guest would stand still if it were paused now.</summary>
    public static TimeSpan ProjectedDowntime(CopyState state, MigrationPolicy policy)
    {
        if (state.BytesPerSecond <= 0) return state.DirtyPages == 0 ? policy.FixedDowntime : TimeSpan.MaxValue;
        var memory = state.DirtyPages * (double)DirtyBitmap.PageSize / state.BytesPerSecond;
        return memory > TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(memory) + policy.FixedDowntime;
    }

    static CopyDecision Stuck(CopyState state, MigrationPolicy policy)
    {
        var why = $"after {policy.MaxPasses} passes the guest still changes memory faster than it can be sent ({state.DirtyPages} pages are left)";
        return policy.WhenStuck == StuckPolicy.BestEffort
            ? new CopyDecision(CopyStep.Pause, state, $"It is paused all the same: {why}.")
            : new CopyDecision(CopyStep.GiveUp, state, $"It was given up: {why}.");
    }

    static int MoreThrottle(int percent, MigrationPolicy policy) => Math.Min(percent == 0 ? FirstThrottle : percent + ThrottleStep, policy.MaxThrottlePercent);

    static void AddRegions(MachineFacts source, MachineFacts target, List<string> found)
    {
        if (source.Regions.SequenceEqual(target.Regions)) return;
        ulong here = Ram(target), there = Ram(source);
        found.Add(here != there
            ? $"the guest has {there >> 20} MiB of memory, the target's machine {here >> 20} MiB"
            : "the memory maps differ: another boot ROM, or another build's layout");
    }

    static ulong Ram(MachineFacts facts)
    {
        var sum = 0UL;
        foreach (var region in facts.Regions)
        {
            if (region.Kind == MemoryKind.Ram) sum = unchecked(sum + region.Length);
        }
        return sum;
    }

    static void AddStates(MachineFacts source, MachineFacts target, List<string> found)
    {
        var missing = target.States.ToDictionary(s => s.Name);
        foreach (var state in source.States)
        {
            if (!missing.Remove(state.Name, out var own)) found.Add($"the guest has '{state.Name}', which the target's machine does not have");
            else if (own.Kind != state.Kind) found.Add($"'{state.Name}' is {state.Kind} at the source and {own.Kind} at the target");
            else if (own.Version != state.Version) found.Add($"'{state.Name}' has {state.Kind} version {state.Version}; the target reads version {own.Version}");
        }
        foreach (var name in missing.Keys) found.Add($"the target's machine has '{name}', which the guest does not have");
    }

    static void AddDisks(MachineFacts source, MachineFacts target, List<string> found)
    {
        foreach (var disk in source.Disks)
        {
            // A disk that is missing altogether shows as a missing device.
            if (target.Disks.FirstOrDefault(d => d.Device == disk.Device) is { } own && own.Geometry != disk.Geometry)
                found.Add($"the disk of '{disk.Device}' has another size or other abilities at the target");
        }
    }
}
