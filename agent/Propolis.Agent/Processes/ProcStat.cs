using System.Globalization;

namespace Propolis.Agent.Processes;

/// <summary>What <c>/proc/PID/stat</c> says of a process.</summary>
/// <param name="State">Its state's letter; Z is a dead one that nobody has waited for.</param>
/// <param name="UserTicks">Processor time in user mode, in ticks of 10 ms.</param>
/// <param name="SystemTicks">Processor time in the kernel.</param>
/// <param name="StartTicks">When it started, since boot.</param>
/// <param name="ResidentPages">Memory in use, in pages of 4 KiB.</param>
readonly record struct ProcStat(char State, long UserTicks, long SystemTicks, long StartTicks, long ResidentPages)
{
    const int TicksPerSecond = 100;
    const int PageBytes = 4096;

    // Counted from the field behind the program's name (proc(5): state is field 3).
    const int StateField = 0;
    const int UserField = 11;
    const int SystemField = 12;
    const int StartField = 19;
    const int ResidentField = 21;

    /// <summary>Processor time used.</summary>
    public TimeSpan Cpu => TimeSpan.FromSeconds((double)(UserTicks + SystemTicks) / TicksPerSecond);

    /// <summary>Memory in use.</summary>
    public long ResidentBytes => ResidentPages * PageBytes;

    /// <summary>Whether it has ended.</summary>
    public bool IsDead => State is 'Z' or 'X';

    /// <summary>Reads the file's text; null when it is not of this form.</summary>
    public static ProcStat? Parse(string text)
    {
        // The name stands in brackets and may hold spaces and brackets itself.
        var end = text.LastIndexOf(')');
        if (end < 0)
            return null;
        var fields = text[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length <= ResidentField)
            return null;
        return new ProcStat(fields[StateField][0], Number(fields[UserField]), Number(fields[SystemField]), Number(fields[StartField]), Number(fields[ResidentField]));
    }

    /// <summary>Reads a process of this machine; null when there is none.</summary>
    public static ProcStat? Of(int pid)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{pid}/stat"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static long Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
