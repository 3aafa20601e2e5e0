using Propolis.Vmm.Memory;
using Propolis.Vmm.Migration.Wire;

namespace Propolis.Vmm.Migration;

/// <summary>The newest figures of one side; every change is published.</summary>
sealed class ProgressBoard(MigrationCounters counters, Action<MigrationProgress>? watch)
{
    readonly Lock _gate = new();
    MigrationProgress _current = new();
    long _pagesBefore;

    /// <summary>The newest figures; what remains falls while a pass is under way.</summary>
    public MigrationProgress Current
    {
        get
        {
            lock (_gate)
            {
                var now = WithCounters(_current);
                var sent = (now.Pages + now.ZeroPages - _pagesBefore) * DirtyBitmap.PageSize;
                return now with { RemainingBytes = Math.Max(0, now.RemainingBytes - sent) };
            }
        }
    }

    /// <summary>Changes and publishes.</summary>
    public void Change(Func<MigrationProgress, MigrationProgress> change)
    {
        lock (_gate)
        {
            _current = WithCounters(change(_current));
            _pagesBefore = _current.Pages + _current.ZeroPages;
            watch?.Invoke(_current);
            // A note is news once.
            _current = _current with { Note = null };
        }
    }

    /// <summary>Publishes what a pass starts with, or has left.</summary>
    public void ShowCopy(MigrationPhase phase, int pass, CopyState state, MigrationPolicy policy, string? note) => Change(p => p with
    {
        Phase = phase,
        Pass = pass,
        DirtyPages = state.DirtyPages,
        DirtyPagesPerSecond = state.DirtyPagesPerSecond,
        RemainingBytes = state.DirtyPages * DirtyBitmap.PageSize,
        BytesPerSecond = state.BytesPerSecond,
        ProjectedDowntime = MigrationRules.ProjectedDowntime(state, policy),
        ThrottlePercent = state.ThrottlePercent,
        Note = note,
    });

    MigrationProgress WithCounters(MigrationProgress progress) =>
        progress with { WireBytes = counters.WireBytes, Pages = counters.Pages, ZeroPages = counters.ZeroPages };
}
