namespace Propolis.Bench.Migration;

/// <summary>The Linux guest of the images under some engine, with a shell that reads lines without echo or prompt, which can be moved from process to process or machine to machine.</summary>
interface IMovingGuest
{
    /// <summary>The engine.</summary>
    string Engine { get; }

    /// <summary>Boots it, and waits for its shell.</summary>
    Task StartAsync();

    /// <summary>Runs a line in the guest and returns what it prints.</summary>
    Task<string> ShellAsync(string line);

    /// <summary>Moves it; throws when it does not move.</summary>
    Task<MoveFigures> MoveAsync();

    /// <summary>Ends it.</summary>
    Task StopAsync();
}
