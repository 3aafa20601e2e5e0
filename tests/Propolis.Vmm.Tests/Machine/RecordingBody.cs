using Propolis.Vmm.Machine;

namespace Propolis.Vmm.Tests.Machine;

/// <summary>A body that writes down what it is told, and can hang in a start or fail in a pause.</summary>
sealed class RecordingBody : IMachineBody
{
    readonly List<string> _calls = [];

    public TaskCompletionSource? StartGate { get; init; }

    public Exception? StartFailure { get; init; }

    public Action? OnPowerButton { get; set; }

    public Action? OnPause { get; set; }

    public string Calls
    {
        get { lock (_calls) return string.Join(' ', _calls); }
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        Note("start");
        if (StartGate is not null) await StartGate.Task.WaitAsync(cancellation);
        if (StartFailure is not null) throw StartFailure;
    }

    public Task PauseAsync()
    {
        Note("pause");
        OnPause?.Invoke();
        OnPause = null;
        return Task.CompletedTask;
    }

    public void Resume() => Note("resume");

    public void Reset() => Note("reset");

    public Task HaltAsync()
    {
        Note("halt");
        return Task.CompletedTask;
    }

    public void PressPowerButton()
    {
        Note("button");
        OnPowerButton?.Invoke();
    }

    void Note(string call)
    {
        lock (_calls) _calls.Add(call);
    }
}
