using System.Runtime.InteropServices;

namespace Propolis.Terminal;

/// <summary>Puts the terminal on standard input into raw mode, so that every key reaches the guest, and back when disposed. Does nothing without a terminal.</summary>
public sealed partial class TerminalMode : IDisposable
{
    const int StandardInput = 0;
    const int ApplyNow = 0;

    // struct termios is 60 bytes on Linux; its contents are only carried from one call to the other.
    readonly byte[] _saved = new byte[64];
    readonly bool _isTerminal;

    /// <summary>Saves the mode and switches to raw.</summary>
    public TerminalMode()
    {
        _isTerminal = GetAttributes(StandardInput, _saved) == 0;
        if (!_isTerminal) return;
        var raw = (byte[])_saved.Clone();
        MakeRaw(raw);
        _ = SetAttributes(StandardInput, ApplyNow, raw);
    }

    /// <summary>Restores the mode.</summary>
    public void Dispose()
    {
        if (_isTerminal) _ = SetAttributes(StandardInput, ApplyNow, _saved);
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    internal static partial int GetAttributes(int descriptor, [Out] byte[] attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    internal static partial int SetAttributes(int descriptor, int when, byte[] attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    internal static partial void MakeRaw([In, Out] byte[] attributes);
}
