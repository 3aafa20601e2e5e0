namespace Propolis.Bench.Engine;

/// <summary>What one guest measured.</summary>
sealed class GuestResult
{
    /// <summary>From the start of the engine's process to the guest's init.</summary>
    public double BootSeconds { get; set; }

    /// <summary>Requests a second by program and requests side by side.</summary>
    public Dictionary<(string Program, int Depth), double> Rates { get; } = [];

    /// <summary>Of the programs that have ended, while others of the same measurement run.</summary>
    public double Pending { get; set; }
}
