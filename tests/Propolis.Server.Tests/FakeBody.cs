using Propolis.Vmm.Machine;

namespace Propolis.Server.Tests;

/// <summary>A machine without a guest: it writes down what it is told, and can hang in its start.</summary>
sealed class FakeBody : IMachineBody
{
    readonly List<string> _calls = [];

    public TaskCompletionSource? StartGate { get; init; }

    public string Calls
    {
        get { lock (_calls) return string.Join(' ', _calls); }
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        Note("start");
        if (StartGate is not null) await StartGate.Task.WaitAsync(cancellation);
    }

    public Task PauseAsync()
    {
        Note("pause");
        return Task.CompletedTask;
    }

    public void Resume() => Note("resume");

    public void Reset() => Note("reset");

    public Task HaltAsync()
    {
        Note("halt");
        return Task.CompletedTask;
    }

    public void PressPowerButton() => Note("button");

    public void Note(string call)
    {
        lock (_calls) _calls.Add(call);
    }
}
