namespace Propolis.Agent.Processes;

/// <summary>The process of one VMM.</summary>
interface IServerProcess
{
    /// <summary>Which one.</summary>
    ProcessIdentity Identity { get; }

    /// <summary>Ends when the process has ended: with one sentence on how.</summary>
    Task<string> Ended { get; }

    /// <summary>Ends it at once; <see cref="Ended"/> tells when it has.</summary>
    void Kill();

    /// <summary>What it uses now; null when it has ended.</summary>
    ProcStat? Usage();
}
