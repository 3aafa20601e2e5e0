namespace Propolis.Vmm.Migration;

/// <summary>What one pass over memory has shown.</summary>
/// <param name="Pass">Its number, from 1.</param>
/// <param name="PagesSent">Pages that went over, without zero pages.</param>
/// <param name="Duration">From its first page to the target's word that the last has arrived.</param>
/// <param name="DirtyPages">Pages that the guest changed meanwhile.</param>
public readonly record struct PassReport(int Pass, long PagesSent, TimeSpan Duration, long DirtyPages);
