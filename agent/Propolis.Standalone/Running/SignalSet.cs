using System.Runtime.InteropServices;

namespace Propolis.Standalone.Running;

/// <summary>Handlers for signals, for as long as it lives; the signals' usual effect on the process is suppressed.</summary>
sealed class SignalSet : IDisposable
{
    readonly PosixSignalRegistration[] _registrations;

    /// <summary>Installs the handlers; each runs on a thread of the pool.</summary>
    public SignalSet(params ReadOnlySpan<(PosixSignal Signal, Action Handler)> handlers)
    {
        _registrations = new PosixSignalRegistration[handlers.Length];
        for (var i = 0; i < handlers.Length; i++)
        {
            var handler = handlers[i].Handler;
            _registrations[i] = PosixSignalRegistration.Create(handlers[i].Signal, context =>
            {
                context.Cancel = true;
                handler();
            });
        }
    }

    /// <summary>Removes the handlers.</summary>
    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }
}
