namespace LowLatency.Feeds.Submission.Keys;

/// <summary>Outcome of reading or writing a key file.</summary>
public enum KeyFileStatus : byte
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>No such file.</summary>
    NotFound = 1,

    /// <summary>The file cannot be read or written.</summary>
    Unreadable = 2,

    /// <summary>Not a key file: wrong form, wrong count of numbers, or a number outside 0..255.</summary>
    NotAKeyFile = 3,

    /// <summary>The public half does not belong to the private half.</summary>
    WrongPublicHalf = 4,

    /// <summary>Group or others may access the file.</summary>
    InsecurePermissions = 5,

    /// <summary>The password does not open the file, or the file was changed.</summary>
    WrongPassword = 6,

    /// <summary>The file is encrypted and no password was given.</summary>
    PasswordNeeded = 7,

    /// <summary>The file exists; keys are never overwritten.</summary>
    AlreadyExists = 8,
}
