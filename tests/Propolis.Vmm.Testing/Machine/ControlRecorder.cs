using Propolis.Vmm.Machine;

namespace Propolis.Vmm.Tests.Machine;

/// <summary>Keeps the last wish of a guest for the whole machine.</summary>
sealed class ControlRecorder : IMachineControl, IDisposable
{
    public ManualResetEventSlim Told { get; } = new();

    public string Last { get; private set; } = "";

    public void GuestReset(string source) => Note($"reset: {source}");

    public void GuestPowerOff(string source) => Note($"power off: {source}");

    public void GuestFailed(string reason) => Note($"failed: {reason}");

    public void Dispose() => Told.Dispose();

    void Note(string wish)
    {
        Last = wish;
        Told.Set();
    }
}
